"""Invented people: names of common surnames and given characters, telephones and identity cards of nobody."""

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


def invented_phone(number: int) -> str:
    """Return a mobile number of eleven digits for a serial number; no draw is made.

    >>> invented_phone(1)
    '13800007919'
    """
    return f"138{number * 7919 % 10**8:08d}"


def invented_id_card(number: int) -> str:
    """Return an identity card's number with its check digit (GB 11643), of an area that no card is of.

    >>> invented_id_card(1)
    '99000019800202001X'
    """
    body = f"990000{1960 + number * 20 % 45}{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    weighted = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(body))
    return body + "10X98765432"[weighted % 11]
