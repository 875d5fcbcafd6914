"""The mailbox: mails that are kept for reading in the browser rather than sent, on a developer's machine."""
