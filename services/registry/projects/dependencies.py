"""The path parameter of the routes of projects and of their parts."""

from typing import Annotated

from fastapi import Path

from .terms import ProjectRef

Ref = Annotated[ProjectRef, Path(description="Id or slug", examples=["parempi-tyoelama"])]
