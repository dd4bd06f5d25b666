//! 联动: how fast departments link up, computed from orders.
