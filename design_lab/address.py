"""The address of a database as a client writes it down: an ibis URL whose secrets stand in environment variables."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from design_lab.errors import DesignLabError

Answer = TypeVar("Answer")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PASSWORD = re.compile(r"://[^/@]*:(?!\$\{\w+\}@)[^/@]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A database's URL; `${NAME}` in it stands for an environment variable, whose value no message shows.

    `where` is how errors call the place in which it is written, `refusal` what they are.
    """

    url: str
    where: str
    refusal: type[DesignLabError]

    @property
    def expanded(self) -> str:
        """The URL with its variables filled in; one that is not set is refused."""
        for name in _VARIABLE.findall(self.url):
            if name not in os.environ:
                raise self.refusal(
                    f"{self.where}: its url names the environment variable {name}, which is not set; set it, run again"
                )
        return _VARIABLE.sub(lambda match: os.environ[match[1]], self.url)

    @property
    def scheme(self) -> str:
        """What stands before `://`: the kind of database."""
        return urlsplit(self.expanded).scheme

    def ask(self, what: str, ask: Callable[[], Answer]) -> Answer:
        """Have the driver do something; its own words are passed on in one line without what stands in variables.

        A driver that is not installed, and a table that is not there, are told by who asks.
        """
        from ibis.common.exceptions import TableNotFound

        try:
            return ask()
        except (ImportError, TableNotFound, DesignLabError):
            raise
        except Exception as error:  # each driver has names of its own for what went wrong
            said = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise self.refusal(f"{self.where}: {what}: {self.without_secrets(said)}") from None

    def without_secrets(self, said: str) -> str:
        """Return a text without the values of the URL's variables and without its password."""
        secrets = {os.environ[name]: f"${{{name}}}" for name in _VARIABLE.findall(self.url) if name in os.environ}
        if password := urlsplit(self.expanded).password:
            secrets[password] = "***"
        for secret, shown in secrets.items():
            for text in filter(None, (secret, unquote(secret))):
                said = said.replace(text, shown)
        return said


def url_fault(url: str) -> str | None:
    """Return what is wrong with a URL as it is written: none at all, or a password in plain letters; None if nothing.

    >>> url_fault("postgres://lab:${LAB_PASSWORD}@host/calls")
    >>> url_fault("postgres://lab:secret@host/calls")
    'a password must not stand here; put it into an environment variable and write ${NAME} in its place'
    """
    if "://" not in _VARIABLE.sub("x://", url):
        return f"{url!r} is no URL such as duckdb://raw/warehouse.duckdb or ${{DATABASE_URL}}"
    if _PASSWORD.search(url):
        return "a password must not stand here; put it into an environment variable and write ${NAME} in its place"
    return None


def missing_driver(scheme: str) -> str:
    """Return how to install what a kind of database needs."""
    return (
        f"the driver of {scheme} is not installed; pip install "
        f"'ibis-framework[{scheme.replace('postgresql', 'postgres')}]'"
    )
