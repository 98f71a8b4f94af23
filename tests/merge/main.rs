//! The merge of three trees: a table of small cases, and laws that hold for any text.

#[cfg(test)]
mod laws;
#[cfg(test)]
mod policies;
mod table;
