"""What an algorithm does, for whom, and what it runs on: small lists with names in two languages.

The words are stored values: never rename one. A list grows by a line here; it is no table, because
a search, a certificate and a contract must mean the same by a word for as long as they are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class Named:
    """A name in both languages of the exchange."""

    zh: str
    en: str


class Task(StrEnum):
    """What an algorithm does."""

    TEXT_GENERATION = "text_generation"
    TEXT_UNDERSTANDING = "text_understanding"
    TRANSLATION = "translation"
    SPEECH_RECOGNITION = "speech_recognition"
    SPEECH_SYNTHESIS = "speech_synthesis"
    IMAGE_CLASSIFICATION = "image_classification"
    OBJECT_DETECTION = "object_detection"
    IMAGE_GENERATION = "image_generation"
    VIDEO_ANALYSIS = "video_analysis"
    DOCUMENT_READING = "document_reading"
    FORECASTING = "forecasting"
    ANOMALY_DETECTION = "anomaly_detection"
    RECOMMENDATION = "recommendation"
    OPTIMISATION = "optimisation"
    SCIENTIFIC_COMPUTING = "scientific_computing"
    MULTIMODAL = "multimodal"


class Industry(StrEnum):
    """For whom an algorithm is made."""

    GENERAL = "general"
    MANUFACTURING = "manufacturing"
    ENERGY = "energy"
    FINANCE = "finance"
    HEALTH = "health"
    EDUCATION = "education"
    TRANSPORT = "transport"
    AGRICULTURE = "agriculture"
    RETAIL = "retail"
    MEDIA = "media"
    CITY = "city"
    PUBLIC_SAFETY = "public_safety"
    RESEARCH = "research"


class Chip(StrEnum):
    """A family of cards that an algorithm was run on."""

    ASCEND_310 = "ascend_310"
    ASCEND_910 = "ascend_910"
    ASCEND_910B = "ascend_910b"
    ASCEND_910C = "ascend_910c"
    CAMBRICON_370 = "cambricon_370"
    KUNLUN_P800 = "kunlun_p800"
    NVIDIA_A100 = "nvidia_a100"
    NVIDIA_H100 = "nvidia_h100"
    NVIDIA_H200 = "nvidia_h200"
    NVIDIA_RTX_4090 = "nvidia_rtx_4090"
    CPU = "cpu"


class Framework(StrEnum):
    """What an algorithm runs in."""

    MINDSPORE = "mindspore"
    PYTORCH = "pytorch"
    TENSORFLOW = "tensorflow"
    PADDLE = "paddle"
    ONNX_RUNTIME = "onnx_runtime"
    VLLM = "vllm"


NAMES: Final[Mapping[StrEnum, Named]] = {
    Task.TEXT_GENERATION: Named("文本生成", "Text generation"),
    Task.TEXT_UNDERSTANDING: Named("文本理解", "Text understanding"),
    Task.TRANSLATION: Named("机器翻译", "Translation"),
    Task.SPEECH_RECOGNITION: Named("语音识别", "Speech recognition"),
    Task.SPEECH_SYNTHESIS: Named("语音合成", "Speech synthesis"),
    Task.IMAGE_CLASSIFICATION: Named("图像分类", "Image classification"),
    Task.OBJECT_DETECTION: Named("目标检测", "Object detection"),
    Task.IMAGE_GENERATION: Named("图像生成", "Image generation"),
    Task.VIDEO_ANALYSIS: Named("视频分析", "Video analysis"),
    Task.DOCUMENT_READING: Named("文档识别", "Document reading"),
    Task.FORECASTING: Named("时序预测", "Forecasting"),
    Task.ANOMALY_DETECTION: Named("异常检测", "Anomaly detection"),
    Task.RECOMMENDATION: Named("推荐排序", "Recommendation"),
    Task.OPTIMISATION: Named("调度优化", "Optimisation"),
    Task.SCIENTIFIC_COMPUTING: Named("科学计算", "Scientific computing"),
    Task.MULTIMODAL: Named("多模态", "Multimodal"),
    Industry.GENERAL: Named("通用", "General"),
    Industry.MANUFACTURING: Named("制造业", "Manufacturing"),
    Industry.ENERGY: Named("能源", "Energy"),
    Industry.FINANCE: Named("金融", "Finance"),
    Industry.HEALTH: Named("医疗健康", "Health"),
    Industry.EDUCATION: Named("教育", "Education"),
    Industry.TRANSPORT: Named("交通", "Transport"),
    Industry.AGRICULTURE: Named("农业", "Agriculture"),
    Industry.RETAIL: Named("零售", "Retail"),
    Industry.MEDIA: Named("传媒", "Media"),
    Industry.CITY: Named("城市治理", "City administration"),
    Industry.PUBLIC_SAFETY: Named("公共安全", "Public safety"),
    Industry.RESEARCH: Named("科研", "Research"),
    Chip.ASCEND_310: Named("昇腾 310", "Ascend 310"),
    Chip.ASCEND_910: Named("昇腾 910", "Ascend 910"),
    Chip.ASCEND_910B: Named("昇腾 910B", "Ascend 910B"),
    Chip.ASCEND_910C: Named("昇腾 910C", "Ascend 910C"),
    Chip.CAMBRICON_370: Named("寒武纪 MLU370", "Cambricon MLU370"),
    Chip.KUNLUN_P800: Named("昆仑芯 P800", "Kunlunxin P800"),
    Chip.NVIDIA_A100: Named("英伟达 A100", "NVIDIA A100"),
    Chip.NVIDIA_H100: Named("英伟达 H100", "NVIDIA H100"),
    Chip.NVIDIA_H200: Named("英伟达 H200", "NVIDIA H200"),
    Chip.NVIDIA_RTX_4090: Named("英伟达 RTX 4090", "NVIDIA RTX 4090"),
    Chip.CPU: Named("通用处理器", "CPU"),
    Framework.MINDSPORE: Named("昇思 MindSpore", "MindSpore"),
    Framework.PYTORCH: Named("PyTorch", "PyTorch"),
    Framework.TENSORFLOW: Named("TensorFlow", "TensorFlow"),
    Framework.PADDLE: Named("飞桨 PaddlePaddle", "PaddlePaddle"),
    Framework.ONNX_RUNTIME: Named("ONNX Runtime", "ONNX Runtime"),
    Framework.VLLM: Named("vLLM", "vLLM"),
}
