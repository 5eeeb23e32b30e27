package dev.cortado.engine.backend;

/**
 * How a backend is to run.
 *
 * @param threads worker threads including the caller, 0 = as many as the cores that this process may use
 * @param repack rewrite weights at load into the layout that computes fastest; false computes on the file's own pages
 */
public record BackendOptions(int threads, boolean repack) {
    /** All cores, repacked. */
    public static final BackendOptions DEFAULT = new BackendOptions(0, true);
}
