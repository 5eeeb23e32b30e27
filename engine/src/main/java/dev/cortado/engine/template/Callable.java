package dev.cortado.engine.template;

/** Anything a template can call: globals, macros, bound methods, loop, caller. */
interface Callable {
    Object call(Render render, Arguments arguments);
}
