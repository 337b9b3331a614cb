from .qualifications import grant_revoke, qualification_create, qualification_list, qualification_record

__all__ = ["grant_revoke", "qualification_create", "qualification_list", "qualification_record"]
