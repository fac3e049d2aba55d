#error do not
