//! The merge of three trees: a table of small cases, laws that hold for any text, and the list of what is promised.

#[cfg(test)]
mod laws;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod table;
