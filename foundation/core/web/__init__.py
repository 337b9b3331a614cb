"""Small helpers of views: refusals on screen, lists, form fields. No plant nouns, no rules."""
