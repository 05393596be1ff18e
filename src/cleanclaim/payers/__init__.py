"""Payer packs: a payer's own rules as folders of dated, cited rows, without code.

`kinds` says which tables a pack can have, `pack` reads one, `library` puts the packs that come with
cleanclaim and the user's own together, and `identify` finds the pack of a claim's payer.
"""
