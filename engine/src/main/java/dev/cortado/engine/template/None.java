package dev.cortado.engine.template;

/** Python's None. */
enum None {
    NONE
}
