"""The rules as the figures offer them, and which part of a figure's state each listens to."""

from dataclasses import fields

from ...rules import RULES

RULES_BY_KEY = {rule.__name__.lower(): rule for rule in RULES.values()}
RULE_NAMES = {key: rule.name.replace("^B", "ᴮ") for key, rule in RULES_BY_KEY.items()}
STATE = {"epsilon": "epsilon", "gamma": "gamma", "alpha": "alpha", "absorb_bias": "absorb"}
"""Settings of rules, and what holds them in the state of a figure."""
SETTINGS = {
    key: [STATE[field.name] for field in fields(rule) if field.name in STATE] for key, rule in RULES_BY_KEY.items()
}


def rule_for(figure, key, **box):
    """Return the rule of a key with the settings that the figure has, and its `box` where it takes one."""
    given = {name: getattr(figure, holder) for name, holder in STATE.items()} | box
    given["absorb_bias"] = figure.absorb == "yes"
    rule = RULES_BY_KEY[key]
    return rule(**{field.name: given[field.name] for field in fields(rule) if field.name in given})
