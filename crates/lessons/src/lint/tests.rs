//! What the lint finds.
