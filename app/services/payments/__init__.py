"""Fees: tariffs and grounds to pay less, charges, receipts, refunds, the cashier's daily close."""
