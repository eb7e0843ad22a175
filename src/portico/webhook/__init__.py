"""The admission webhook: what `portico check` would say of an object, before it is stored.

Knows facts and plans, and nothing of where they come from; nothing is rendered or executed.
"""
