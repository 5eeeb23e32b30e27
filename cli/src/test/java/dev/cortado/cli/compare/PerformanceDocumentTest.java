package dev.cortado.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code that docs/performance.md speaks of is the code of the kernel. */
class PerformanceDocumentTest {
    private static final Pattern BLOCK = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL);

    @Test
    void every_block_of_code_stands_in_the_kernel_of_q4_0() throws IOException {
        Path checkout = Oracle.checkout().orElseThrow();
        String kernel = lines(Files.readString(checkout.resolve(
                "kernels-cpu/src/main/java/dev/cortado/kernels/cpu/vector/Q40Product.java")));
        Matcher blocks = BLOCK.matcher(Files.readString(checkout.resolve("docs/performance.md")));
        int count = 0;
        while (blocks.find()) {
            assertThat(kernel).contains(lines(blocks.group(1)));
            count++;
        }
        assertThat(count).isGreaterThanOrEqualTo(4);
    }

    private static String lines(String code) {
        List<String> lines =
                code.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        return "\n" + String.join("\n", lines) + "\n";
    }
}
