"""What routes of projects and of their parts read from the path."""

from typing import Annotated

from fastapi import Path

from .terms import ProjectRef

Ref = Annotated[ProjectRef, Path(description="Id or slug", examples=["parempi-tyoelama"])]
