"""Dashboards of one's own: what stands on one and how wide, where they are kept, and a page as it stands for one.

layout      the cards of a dashboard, in their order; no figure and no SQL
store       what is kept of one, and when one can be; whose it is and who may open it is app/saved's
cards       from a card to the element that every page has; from what somebody may read to a card
opened      a page for the one thing that its address names: what is drawn, exported and mailed
"""
