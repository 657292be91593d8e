//! The scene is a fold: whatever happens, it is what a newcomer sees.

mod bench;
mod drive;
mod law;
mod parts;
mod stories;
mod worlds;
