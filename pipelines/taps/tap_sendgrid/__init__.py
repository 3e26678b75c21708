"""Singer tap for SendGrid's v3 API: single sends and their figures, contacts, lists, suppressions, mail a day."""
