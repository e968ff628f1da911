from learnface.models._vgg import DENSE, is_published_head


def test_the_published_head_fits_only_its_own_network():
    assert is_published_head((224, 224, 3), DENSE, 2622, 2622)
    assert is_published_head((224, 224, 1), [4096, 4096], 1000, 1000)
    assert not is_published_head((64, 64, 3), DENSE, 2622, 2622)
    assert not is_published_head((224, 256, 3), DENSE, 2622, 2622)
    assert not is_published_head((224, 224, 3), (4096,), 2622, 2622)
    assert not is_published_head((224, 224, 3), DENSE, 7, 2622)
