package dev.cortado.gguf;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Files put together by hand say what the format is, independently of the writer. */
class FormatTest {
    private static final int UINT8 = 0;
    private static final int UINT32 = 4;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int UINT64 = 10;
    private static final int FLOAT64 = 12;

    @Test
    void versions_2_and_3_in_both_byte_orders() {
        for (ByteOrder order : List.of(LITTLE_ENDIAN, BIG_ENDIAN)) {
            for (int version : List.of(2, 3)) {
                GgufPart part = new RawGguf(order, version, 1, 2)
                        .text("general.name")
                        .int32(STRING)
                        .text("brave rabbit")
                        .text("layers")
                        .int32(ARRAY, UINT32)
                        .int64(2)
                        .int32(5, 6)
                        .tensor("w", TensorType.I32, 0, 2)
                        .align(32)
                        .int32(0x01020304, -2)
                        .read();

                assertThat(part.version()).isEqualTo(version);
                assertThat(part.order()).isEqualTo(order);
                assertThat(part.metadata().string("general.name")).contains("brave rabbit");
                assertThat(part.metadata().integers("layers").orElseThrow()).containsExactly(5, 6);
                assertThat(part.tensors().getFirst().data().toArray(ValueLayout.JAVA_BYTE))
                        .containsExactly(4, 3, 2, 1, -2, -1, -1, -1);
            }
        }
    }

    @Test
    void blocks_of_big_endian_files_have_each_of_their_fields_turned_round() {
        RawGguf raw = new RawGguf(BIG_ENDIAN, 3, 2, 0)
                .tensor("q5_1", TensorType.Q5_1, 0, 32)
                .tensor("q6_k", TensorType.Q6_K, 32, 256)
                .align(32);
        raw.bytes(1, 2, 3, 4, 5, 6, 7, 8, 9).align(32);
        raw.bytes(new int[208]).bytes(0x3C, 0x01);

        List<Tensor> tensors = raw.read().tensors();

        assertThat(tensors.get(0).data().asSlice(0, 9).toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(2, 1, 4, 3, 8, 7, 6, 5, 9);
        assertThat(tensors.get(1).data().asSlice(208).toArray(ValueLayout.JAVA_BYTE))
                .containsExactly(0x01, 0x3C);
    }

    @Test
    void the_bytes_of_a_big_endian_tensor_are_turned_round_once() {
        Tensor tensor = new RawGguf(BIG_ENDIAN, 3, 1, 0)
                .tensor("w", TensorType.F16, 0, 1)
                .align(32)
                .bytes(1, 2)
                .read()
                .tensors()
                .getFirst();

        assertThat(tensor.data()).isSameAs(tensor.data());
    }

    @Test
    void getters_convert_what_fits_and_name_what_does_not() {
        Metadata metadata = new RawGguf(LITTLE_ENDIAN, 3, 0, 6)
                .text("small")
                .int32(UINT8)
                .bytes(200)
                .text("huge")
                .int32(UINT64)
                .int64(-1)
                .text("long")
                .int32(UINT64)
                .int64(1L << 40)
                .text("half")
                .int32(FLOAT64)
                .int64(Double.doubleToLongBits(0.5))
                .text("flag")
                .int32(BOOL)
                .bytes(1)
                .text("odd")
                .int32(BOOL)
                .bytes(7)
                .read()
                .metadata();

        assertThat(metadata.integer("small")).contains(200);
        assertThat(metadata.value("long")).contains(1L << 40);
        assertThat(metadata.real("half")).contains(0.5f);
        assertThat(metadata.bool("flag")).contains(true);
        assertThat(metadata.integer("none")).isEmpty();
        assertThat(metadata.integer("none", 3)).isEqualTo(3);
        assertFault(() -> metadata.integer("long"), "key 'long': 1099511627776 found, an integer of 32 bits expected");
        assertFault(() -> metadata.value("huge"), "key 'huge': 18446744073709551615 found, at most");
        assertFault(() -> metadata.string("small"), "key 'small': UINT8 found, STRING expected");
        assertFault(() -> metadata.real("small"), "key 'small': UINT8 found, FLOAT32 or FLOAT64 expected");
        assertFault(() -> metadata.strings("flag"), "key 'flag': BOOL found, an array of STRING expected");
        assertFault(() -> metadata.bool("odd"), "key 'odd': byte 7 found, 0 or 1 expected");
        assertFault(() -> metadata.requireString("none"), "key 'none': not there, but needed");
    }

    @Test
    void arrays_in_arrays_are_plain_objects() {
        Metadata metadata = new RawGguf(LITTLE_ENDIAN, 3, 0, 1)
                .text("nested")
                .int32(ARRAY, ARRAY)
                .int64(2)
                .int32(UINT8)
                .int64(2)
                .bytes(1, 255)
                .int32(ARRAY)
                .int64(1)
                .int32(FLOAT32)
                .int64(1)
                .int32(Float.floatToIntBits(2.5f))
                .read()
                .metadata();

        Object[] nested = (Object[]) metadata.value("nested").orElseThrow();

        assertThat(nested).containsExactly(new long[] {1, 255}, new Object[] {new float[] {2.5f}});
    }

    @Test
    void a_tensor_without_dimensions_is_one_number() {
        Tensor scalar = new RawGguf(LITTLE_ENDIAN, 3, 1, 0)
                .tensor("scale", TensorType.F32, 0)
                .align(32)
                .int32(7)
                .read()
                .tensors()
                .getFirst();

        assertThat(scalar.shape()).containsExactly(1);
        assertThat(scalar.data().byteSize()).isEqualTo(4);
    }

    @Test
    void control_characters_of_a_file_do_not_reach_the_terminal() {
        assertFault(
                () -> new RawGguf(LITTLE_ENDIAN, 3, 0, 1)
                        .text("\u001b[31m" + "x".repeat(500))
                        .int32(99)
                        .read(),
                "raw.gguf: key '\\u001b[31m" + "x".repeat(75) + "…': value type 99 found, 0 to 12 expected");
    }

    @Test
    void rows_of_a_tensor_share_its_bytes() {
        Tensor tensor = new RawGguf(LITTLE_ENDIAN, 3, 1, 0)
                .tensor("experts", TensorType.I8, 0, 2, 3, 2)
                .align(32)
                .bytes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
                .read()
                .tensors()
                .getFirst();

        Tensor second = tensor.rows(3, 3);

        assertThat(second.shape()).containsExactly(2, 3);
        assertThat(second.data().toArray(ValueLayout.JAVA_BYTE)).containsExactly(6, 7, 8, 9, 10, 11);
        assertFault(
                () -> tensor.rows(4, Long.MAX_VALUE),
                "tensor 'experts': 9223372036854775807 rows from 4 wanted, it has 6");
    }

    private static void assertFault(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(GgufFormatException.class).hasMessageContaining(message);
    }
}
