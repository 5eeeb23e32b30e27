package dev.cortado.cli.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A program that runs models, in a process of its own for each round. */
interface Peer {
    /** The name in the table. */
    String name();

    /** The command line that does the work with a model. */
    List<String> command(Path model, Workload workload);

    /**
     * Reads what the process wrote.
     *
     * @param output its standard output
     * @param messages its standard error
     * @throws IOException if that is not what this program writes
     */
    Rates rates(String output, String messages) throws IOException;
}
