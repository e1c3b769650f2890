"""The kit: forms and templates in Word and Excel, filled with a study's own indicators and numbers."""

from design_lab.desk.kit.make import FORMS, Kit, kit

__all__ = ["FORMS", "Kit", "kit"]
