"""Who may see and manage qualifications."""

VIEW = "personnel.view_qualifications"
MANAGE = "personnel.manage_qualifications"
