"""What a handler may ask for, whatever its domain; tests replace it by `dependency_overrides`."""

from typing import Annotated

from fastapi import Depends, Request

from .settings import Settings


async def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]
