"""Signs of life of what works behind the pages."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from concours.kernel.db import Base


class Heartbeat(Base):
    """When a worker last said that it does one of its duties."""

    __tablename__ = "heartbeat"

    duty: Mapped[str] = mapped_column(String(10), primary_key=True)
    at: Mapped[datetime]
