"""The second opinion: a slow model of the clock that shares no code with the engine, and what is judged by it.

Nothing here imports anything else of the program, and nothing of the program but the terminal imports it.
"""
