"""Write the table of models into README.md and README.zh.md, from the registry.

python tools/model_table.py
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "_ext")]

from learnface.files import write_text  # noqa: E402
from learnface.quiet import start_tensorflow  # noqa: E402

start_tensorflow()
from learnface.models import MODELS  # noqa: E402
from learnface_site.facts import model_facts  # noqa: E402
from learnface_site.model_pages import model_table, numbers  # noqa: E402
from learnface_site.writing import as_table  # noqa: E402

BEGIN, END = "<!-- model table -->", "<!-- end of model table -->"
IN_CHINESE = {
    "cnn_gru": "图像网络加两层 GRU，逐帧输出效价与唤醒度（mi2020）",
    "cnn_lstm": "图像网络加两层 LSTM 或 GRU，逐帧输出效价与唤醒度（mi2020）",
    "face_classifier": "任意骨干网络加一个小分类头",
    "fer_cnn": "sun2020 的十层卷积网络",
    "fer_vgg": "小型 VGG，`learnface predict` 的默认网络",
    "five_branch": "抗遮挡的五分支网络：全脸、眼、鼻、嘴、遮挡下半脸",
    "lenet5": "LeNet-5（可带跨层连接），sun2020 的对照网络",
    "lu_cnn": "Lu 等 2016 的网络，sun2020 的对照网络",
    "micro_fusion": "微表情双流网络：图像 CNN 与光流 CNN-LSTM 特征融合（qian2021）",
    "resnet34": "ResNet-34",
    "ststnet": "浅层三流网络 STSTNet，用于微表情",
    "vgg16": "VGG-16，可用 ImageNet 权重",
    "vgg19": "VGG-19，可用 ImageNet 权重",
    "vgg_conv_lstm": "VGG-19 加三层 ConvLSTM，逐帧输出效价与唤醒度（mi2020）",
    "vggface": "VGG Face（VGG-16），wang2020 的起点",
    "vggface_fusion": "逐帧特征合并，不用循环层（wang2020）",
    "vggface_lstm": "逐帧特征按时间顺序进入 LSTM（wang2020）",
    "vggface_resnet50": "VGGFace2 的 ResNet-50",
    "vggface_rnn": "逐帧特征进入简单循环层（wang2020）",
    "vggface_senet50": "VGGFace2 的 SE-ResNet-50",
}


def tables() -> dict[Path, str]:
    """Return each file's table."""
    missing = ", ".join(name for name in MODELS if name not in IN_CHINESE)
    if missing:
        raise SystemExit(f"tools/model_table.py: say in IN_CHINESE what {missing} is")
    rows = [(f"`{name}`", IN_CHINESE[name], *numbers(model_facts(name))) for name in MODELS]
    chinese = as_table(("模型", "说明", "输入", "参数量", "GFLOPs", "权重"), rows, right=(3, 4))
    return {ROOT / "README.md": model_table(link=""), ROOT / "README.zh.md": chinese}


def with_table(text: str, table: str) -> str:
    """Return a page with its table between the two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


if __name__ == "__main__":
    for page, content in tables().items():
        write_text(page, with_table(page.read_text(encoding="utf-8"), content))
        print(page.relative_to(ROOT))
