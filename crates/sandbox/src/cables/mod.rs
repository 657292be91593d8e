//! What lies between a client and a broker: pairs of pipes in which frames keep their order.
