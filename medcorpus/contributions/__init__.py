"""What contributors bring and take away: MedS-Ins task files checked, turned into sources, and written."""
