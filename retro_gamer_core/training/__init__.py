"""Training: the loop, the trainer that loses nothing, and the policy that comes of it."""
