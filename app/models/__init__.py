"""The tables, by noun. A program loads those it uses; `every_table` loads them all."""
