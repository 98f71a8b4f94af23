"""What clients send and read about users and tokens."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Secret

from .models import Role

Username = Annotated[str, Field(pattern=r"^[a-z0-9_-]{3,32}$", examples=["ada"])]
# Length is what makes a password strong; the upper bound keeps hashing affordable, and the
# pattern refuses half a surrogate pair, which is no text and cannot be hashed.
Password = Secret[Annotated[str, Field(min_length=12, max_length=128, pattern=r"^[^\x00]*$")]]


class Registration(BaseModel):
    username: Username
    password: Password


class LoginForm(BaseModel):
    """The form of OAuth2's password grant (RFC 6749, section 4.3.2)."""

    grant_type: Literal["password"] = "password"
    username: Username
    password: Password


class RefreshRequest(BaseModel):
    refresh_token: str = Field(max_length=100, pattern=r"^[A-Za-z0-9_-]+$")


class UserRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    username: str
    role: Role


class Tokens(BaseModel):
    """The answer of OAuth2 (RFC 6749, section 5.1)."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 -- a kind, not a token
    expires_in: int = Field(description="Seconds until the access token expires.")
    refresh_token: str
