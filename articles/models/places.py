"""Editions and topics: the two ways a front page is chosen."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

country_code = RegexValidator(r"^[A-Z]{2}$", "Two capital letters, as in ISO 3166: GB.")
language_code = RegexValidator(r"^[a-z]{2}$", "Two small letters, as in ISO 639-1: en.")


class Edition(models.Model):
    """A front page for one country, in one language."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2, blank=True, validators=[country_code])
    language = models.CharField(max_length=2, validators=[language_code])
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """A section such as World or Sport."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
