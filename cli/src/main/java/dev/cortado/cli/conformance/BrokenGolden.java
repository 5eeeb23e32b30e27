package dev.cortado.cli.conformance;

/**
 * A file that cannot even be read as a golden.
 *
 * @param name of the file
 * @param why what is wrong with it
 */
record BrokenGolden(String name, String why) implements Golden {
    @Override
    public Outcome check(Setup setup) {
        return Outcome.failed(why);
    }
}
