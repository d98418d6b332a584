"""The door for those who run the portal: is the process alive, and can it answer patients."""
