"""Invented Chinese names: common surnames and given characters drawn independently."""

from __future__ import annotations

import numpy as np

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任"
    "姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武"
)
_WOMEN = "婷雪丽敏静娜燕玲芳洁颖慧琳莉欣怡佳倩梦雨晴璐瑶萍蓉薇莹娟霞岚菲"
_MEN = "伟强磊军勇杰涛明超刚辉鹏飞宇浩凯健俊峰波斌志恒博睿航晨阳松泽"
_BOTH = "文思嘉子晓一安海春心雅清新云天远林宁秋华"


def invented_name(rng: np.random.Generator, woman: bool) -> str:
    """Return a surname and one or two given characters; any likeness to a living person is chance."""
    last = _WOMEN if woman else _MEN
    name = _SURNAMES[rng.integers(len(_SURNAMES))]
    if rng.random() < 0.75:
        name += _BOTH[rng.integers(len(_BOTH))]
    return name + last[rng.integers(len(last))]
