"""What the registry costs: its pages beside one hand-written statement, and beside a plain copy without any walls."""
