"""From one master to the files of its slots. Repeatable, free, and the only user of Pillow here."""
