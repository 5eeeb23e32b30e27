package dev.cortado.benchmarks.peers;

import java.io.IOException;
import java.util.List;

/** Something that embeds texts. */
interface Engine extends AutoCloseable {
    /** One vector a text, in their order. */
    float[][] embed(List<String> texts) throws IOException;

    @Override
    default void close() throws IOException {}
}
