"""From rows to a map: snapshot, embed, neighbors, layout, topics, duplicates, pages, commit."""
