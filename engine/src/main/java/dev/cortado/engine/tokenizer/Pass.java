package dev.cortado.engine.tokenizer;

/** One step of a pre-tokenizer: it divides the stretches that the step before has made further. */
interface Pass {
    /**
     * Divides each stretch of a text.
     *
     * @param text code points; white space beyond ASCII is a vertical tab
     * @param ends where the stretches end, ascending; the first begins at 0
     * @return where the new stretches end
     */
    IntList split(int[] text, IntList ends);
}
