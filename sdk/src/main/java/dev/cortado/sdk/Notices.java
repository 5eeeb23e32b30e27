package dev.cortado.sdk;

import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Lines that somebody has to see, however the application logs: warnings of SLF4J, or where SLF4J has nothing to write
 * with, lines on standard error. Who wants silence has a provider such as slf4j-nop.
 */
final class Notices {
    /** What this process was told already: a log is one per process, and so is what it says once. */
    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private Notices() {}

    /** Tells a line, unless it was told before. */
    static void tell(String line) {
        if (!TOLD.add(line)) {
            return;
        }
        if (ServiceLoader.load(SLF4JServiceProvider.class).stream().findAny().isEmpty()) {
            System.err.println("cortado: " + line);
        } else {
            LoggerFactory.getLogger(GPT4All.class).warn(line);
        }
    }
}
