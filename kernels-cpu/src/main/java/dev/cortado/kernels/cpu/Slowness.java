package dev.cortado.kernels.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What makes this process compute more slowly than it could, each with its remedy. */
final class Slowness {
    /** Tier of C2, the compiler that makes machine vectors of the Vector API. */
    private static final int C2 = 4;

    private Slowness() {}

    /** One line per cause. */
    static List<String> lines(boolean vectors, int tierLimit) {
        List<String> lines = new ArrayList<>();
        if (!vectors) {
            lines.add("The CPU computes without vectors, several times slower: "
                    + "start the JVM with --add-modules jdk.incubator.vector");
        }
        if (tierLimit < C2) {
            lines.add(("The JVM does not compile beyond tier %d, so the CPU computes many times slower: "
                            + "remove -XX:TieredStopAtLevel and -Xint")
                    .formatted(tierLimit));
        }
        return lines;
    }

    /** The highest tier that the JVM compiles to: 0 interprets only, 4 is C2. */
    static int tierLimit() {
        if (System.getProperty("java.vm.info", "").contains("interpreted")) {
            return 0;
        }
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return vm == null ? C2 : Integer.parseInt(vm.getVMOption("TieredStopAtLevel").getValue());
    }
}
