import pandas as pd

from learnface.recipes._affect_table import report_table
from learnface.training import RunReport


def report(tmp_path, key, seed, ccc):
    row = {"ccc": ccc, "pearson": ccc, "mse": 0.1}
    folder = tmp_path / key / f"seed{seed}"
    folder.mkdir(parents=True)
    columns = ["sample", "valence", "arousal", "predicted_valence", "predicted_arousal"]
    pd.DataFrame([["a", 0.1, 0.2, 0.0, 0.1], ["a", 0.2, 0.3, 0.1, 0.2]], columns=columns).to_csv(
        folder / "predictions.csv", index=False
    )
    return RunReport(
        "vgg19_conv_lstm",
        parameters=1234,
        seed=seed,
        settings={"split": "drawn here (seed 0)"},
        data={"train": {"videos": 8, "frames": 800}, "test": {"videos": 2, "frames": 200}},
        history={"loss": [0.2, 0.1], "mse": [0.2, 0.1], "val_mse": [0.2, 0.2]},
        best_epoch=2,
        scores={
            "test": {
                "per_dimension": dict.fromkeys(("valence", "arousal", "mean"), row),
                "mean_over_videos": {"ccc_valence": 0.1, "ccc_arousal": 0.2, "ccc_mean": 0.15},
            },
            "test_streamed": {
                "per_dimension": dict.fromkeys(("valence", "arousal", "mean"), {"ccc": ccc + 0.4})
            },
        },
        machine={"processor": "abacus", "cores": 2},
        command="learnface reproduce mi2020",
    )


def test_ours_beside_theirs_with_intervals(tmp_path):
    key = "aff_wild/vgg19_conv_lstm-adam"
    reports = {key: [report(tmp_path, key, seed, ccc) for seed, ccc in enumerate((0.2, 0.3))]}
    text = report_table({"2": ["vgg19_conv_lstm"]}, {"2": "aff_wild"}, "adam", reports, tmp_path)
    row = next(line for line in text.splitlines() if line.startswith("| vgg19_conv_lstm, mean"))
    assert "0.250 ± 0.635" in row and "0.222" in row and "+0.028" in row
    assert any("MM-Net" in line and "0.205" in line for line in text.splitlines())
    assert "1,234 parameters; seeds 0, 1; best epochs 2 of 2, 2 of 2" in text
    assert "train 8 (800 frames), test 2 (200 frames); the split is drawn here (seed 0)." in text
    assert "over seeds, of one split (2 test videos)" in text and "does not give the widths" in text
    streamed = text[text.index("CCC, state carried on") :]
    assert "| vgg19_conv_lstm | 0.650 |" in " ".join(streamed.split())
    for name in ("2-error.png", "2-predicted.png", "2-ccc.png"):
        assert (tmp_path / name).stat().st_size > 5000


def test_optimizers_of_one_network_and_of_several(tmp_path):
    reports = {}
    for name in ("vgg16_conv_lstm", "vgg19_conv_lstm"):
        for optimizer in ("adam", "sgd"):
            key = f"annotated_videos/{name}-{optimizer}"
            reports[key] = [report(tmp_path, key, 0, 0.2)]
    corpora = {"optimizers": "annotated_videos"}
    one = report_table({"optimizers": ["vgg19_conv_lstm"]}, corpora, "adam", reports, tmp_path)
    assert "| sgd, mean" in one and "vgg16" not in one.split("The paper gives")[0]
    both = report_table(
        {"optimizers": ["vgg16_conv_lstm", "vgg19_conv_lstm"]}, corpora, "adam", reports, tmp_path
    )
    assert "| vgg16_conv_lstm-sgd, mean" in both and "| vgg19_conv_lstm-adam, mean" in both


def test_networks_with_a_memory_are_held_against_those_without(tmp_path):
    scores = {"vgg19_conv_lstm": (0.5, 0.6), "vgg19_lstm": (0.4, 0.5), "vgg19_per_frame": (0.3, 0.2)}
    reports = {
        f"aff_wild/{name}-adam": [
            report(tmp_path, f"aff_wild/{name}-adam", n, ccc) for n, ccc in enumerate(pair)
        ]
        for name, pair in scores.items()
    }
    text = report_table({"2": list(scores)}, {"2": "aff_wild"}, "adam", reports, tmp_path)
    lines = [line for line in text.splitlines() if " against " in line]
    assert lines == [
        "- vgg19_conv_lstm against vgg19_lstm: better by 0.100 ± 0.000",
        "- vgg19_conv_lstm against vgg19_per_frame: not told apart: +0.300 ± 1.271",
        "- vgg19_lstm against vgg19_per_frame: not told apart: +0.200 ± 1.271",
    ]
