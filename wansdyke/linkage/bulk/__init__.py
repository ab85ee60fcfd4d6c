"""Bulk linking: many records at once, by a trained model, with what must never be joined kept
apart."""
