from learnface.faces.occlusion import KINDS
from learnface.faces.regions import FIVE_REGIONS
from learnface.recipes._occlusion_scores import NEW_FACES
from learnface.recipes._occlusion_table import sweep_picture, table
from learnface.training import RunReport


def report(model, seed, clean, occluded, margin=None):
    scores = {"test": {"accuracy": clean}, "validation": {"accuracy": clean - 0.01}}
    scores[NEW_FACES] = {"accuracy": clean - 0.02}
    for kind in KINDS:
        scores[f"test, {kind}"] = {"accuracy": occluded}
        scores[f"validation, {kind}"] = {"accuracy": occluded - 0.01}
    if margin is not None:
        half = dict.fromkeys(FIVE_REGIONS, 0.5)
        weights = {"mean": half, "deviation": dict.fromkeys(FIVE_REGIONS, 0.03), "short_of_margin": 0.25}
        scores["branches"] = dict.fromkeys(("test", *(f"test, {kind}" for kind in KINDS)), weights)
    settings = {"model": model, "margin": margin, "backbone": "fer_vgg", "initial_weights": None, "size": 48}
    settings |= {"epochs": 2, "batch_size": 64, "weight_decay": 5e-4, "dropout": 0.4, "learning_rate": 0.01}
    return RunReport(
        model,
        parameters=1234,
        settings=settings,
        seed=seed,
        data={"train": {"samples": 100, "labels": "crossentropy of fer2013new.csv"}},
        history={"loss": [1.0, 0.5]},
        best_epoch=2,
        scores=scores,
        command="learnface reproduce occlusion",
        machine={"processor": "abacus", "cores": 2},
    )


REPORTS = {
    "plain/0": report("plain", 0, 0.86, 0.50),
    "plain/1": report("plain", 1, 0.86, 0.51),
    "five/0": report("five_branch", 0, 0.85, 0.70, 0.03),
    "five/1": report("five_branch", 1, 0.87, 0.71, 0.03),
    "five/0.1": report("five_branch", 0, 0.80, 0.60, 0.1),
}


def test_tables_say_which_is_better():
    text = table(REPORTS)
    published = next(line for line in text.splitlines() if line.startswith("| five_branch "))
    assert "86.00 ± 12.71" in published and "87.91" in published and "−1.91" in published
    rows = [line for line in text.splitlines() if line.startswith("| plain")]
    assert "50.50 ± 6.35" in rows[0] and "35.50 ± 6.35" in rows[0]
    assert "five_branch against plain on faces as they are: not told apart: +0.00 ± 12.71 points." in text
    assert "five_branch against plain on occluded faces: better by 20.00 ± 0.00 points." in text
    margins = next(line for line in text.splitlines() if line.startswith("| 0.1 "))
    assert "80.00" in margins and "60.00" in margins
    assert "random weights" in text and "1,234 parameters" in text
    assert "crossentropy of fer2013new.csv" in text and "one set of weights" not in text
    assert "84.00" in rows[0]  # on faces that training has not
    assert "| 0.500 (0.030) |" in text and "25%" in text


def test_the_start_is_told():
    found = report("plain", 0, 0.86, 0.50)
    found.settings |= {
        "initial_weights": "ferplus_occluded",
        "initial_classifier": True,
        "schedule": "cosine",
    }
    text = table({"plain/0": found})
    assert "Backbone fer_vgg from the weights 'ferplus_occluded', its classifier too, pictures of 48" in text
    assert "2 epochs at a rate of 0.01 that falls to zero along half a cosine; faces:" in text
    assert "saw the same training faces as single pictures for 60 epochs, half of them with the lower" in text


def test_publictest_chooses():
    text = table(REPORTS)
    choice = text[text.index("## What PublicTest chooses") :]
    assert "| 85.00" in choice and "69.50" in choice  # clean and occluded, a point below those of the test
    assert "**five_branch**" in choice


def test_margins_are_compared_on_the_seeds_that_all_have():
    text = table(REPORTS)
    margins = [
        line.split("|")[3].strip()
        for line in text[text.index("## Figure 3") :].splitlines()
        if "| 0." in line
    ]
    assert margins == ["85.00", "80.00"]  # of seed 0 alone


def test_parts_are_left_out_until_there_are_runs():
    text = table({"plain/0": REPORTS["plain/0"]})
    assert "87.91" not in text and "Figure 3: the margin" not in text and "against plain" not in text
    assert sweep_picture({"plain/0": REPORTS["plain/0"]}) is None
    labels = [label.get_text() for label in sweep_picture(REPORTS).axes[0].get_yticklabels()]
    assert labels == ["0.03, clean", "0.1, clean", "0.03, occluded", "0.1, occluded"]
