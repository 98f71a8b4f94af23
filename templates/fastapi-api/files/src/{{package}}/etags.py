"""Versions of what clients read and write, as strong entity tags (RFC 9110, section 13)."""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from fastapi import Depends, Header

# For `responses`: what carries a tag, and what may be answered to those who know the tag.
TAGGED: dict[str, Any] = {
    "headers": {"ETag": {"description": "Names this version.", "schema": {"type": "string"}}}
}
CACHED: dict[int | str, dict[str, Any]] = {200: TAGGED, 304: {"description": "Not Modified"}}


def etag_of(version: int) -> str:
    return f'"{version}"'


@dataclass(frozen=True)
class Versions:
    """The versions that a header names: some, or by `*` whichever there is."""

    tags: frozenset[str]

    @classmethod
    def parse(cls, header: str | None) -> Self | None:
        return None if header is None else cls(frozenset(map(str.strip, header.split(","))))

    def __contains__(self, version: int) -> bool:
        return bool(self.tags & {"*", etag_of(version)})


async def if_match(
    if_match: Annotated[str | None, Header(description="The tag of the version to change.")] = None,
) -> Versions | None:
    return Versions.parse(if_match)


async def if_none_match(
    if_none_match: Annotated[str | None, Header(description="The tags the client knows.")] = None,
) -> Versions | None:
    # Here a weak tag is as good as a strong one: only the content matters.
    return Versions.parse(if_none_match and if_none_match.replace("W/", ""))


IfMatch = Annotated[Versions | None, Depends(if_match)]
IfNoneMatch = Annotated[Versions | None, Depends(if_none_match)]
